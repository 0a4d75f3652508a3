"""What comes without a campaign, foretold on an earlier day by the model and by the past, beside what came.

python -m bench.usual CDNOW_master.txt --as-of 1998-04-01
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from marketfold.campaigns import plan_campaigns
from marketfold.config import FeatureOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.experiments import read_outcomes
from marketfold.features import Outlook, outlook_of, with_outlook
from marketfold.pipeline import segment_market


def main() -> None:
    """Segment what was known by then, and look at the days after it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("orders", help="a file of orders, or demo")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    given = parser.parse_args()
    lines = make_shop().lines if given.orders == "demo" else given.orders
    analysis = segment_market(lines, RunConfig(quick=True, features=FeatureOptions(as_of=given.as_of)))
    made, clean, plan = analysis.segmentation, analysis.data.clean, analysis.plan
    days = timedelta(days=plan.campaign_days - 1)
    numbers = np.array(made.numbers)[made.labels]
    arms = np.where(np.arange(len(made)) == 0, "holdout", "treated")  # nobody is, and arms are asked for
    assignments = pa.table({"customer_id": made.ids.tolist(), "segment": numbers, "arm": arms.tolist()})
    came = read_outcomes(assignments, clean, given.as_of, given.as_of + days)
    outlook = outlook_of(made.table)
    unchecked = made
    if isinstance(outlook, Outlook):
        unchecked = replace(made, table=with_outlook(made.table, replace(outlook, checked=False)))
    past = plan_campaigns(unchecked, analysis.segments.profiles, clean)
    title = f"share who order within {plan.campaign_days} days"
    print(f"{title:<36}{'n':>8}{'past':>8}{'used':>8}{'came':>8}")
    for before, now in zip(past.campaigns, plan.campaigns, strict=True):
        rates = [one.baseline.order_rate if one.baseline else float("nan") for one in (before, now)]
        kind = " forecast" if now.baseline and now.baseline.forecast else ""
        seen = float(came.of(now.number).ordered.mean())
        print(f"{now.name:<36}{now.customers:>8,}" + "".join(f"{rate:>8.1%}" for rate in (*rates, seen)) + kind)


if __name__ == "__main__":
    main()
