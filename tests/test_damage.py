"""What fails while a file of ours is read is told in words, by what it is."""

from __future__ import annotations

import pytest

from marketfold.damage import told_as
from marketfold.errors import RunFolderError


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (KeyError("segments"), r"run\.json is damaged \(there is no 'segments'\)\. Make the run again\."),
        (OSError(5, "Input/output error"), r"run\.json is damaged"),
        (PermissionError(13, "Permission denied"), r"run\.json may not be read: permission was denied\. Ask who"),
        (RunFolderError("as it is"), "^as it is$"),
    ],
)
def test_a_file_that_may_not_be_read_is_not_called_damaged(fault: Exception, said: str):
    with pytest.raises(RunFolderError, match=said), told_as(RunFolderError, "run.json"):
        raise fault
