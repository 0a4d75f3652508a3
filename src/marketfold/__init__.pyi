from marketfold import errors as errors
from marketfold import figures as figures
from marketfold.campaigns import plan_campaigns as plan_campaigns
from marketfold.clustering import KMeansSegmenter as KMeansSegmenter
from marketfold.clustering import assess_stability as assess_stability
from marketfold.clustering import choose_k as choose_k
from marketfold.config import RunConfig as RunConfig
from marketfold.demo import make_shop as make_shop
from marketfold.exploration import explore as explore
from marketfold.features import MatrixScaler as MatrixScaler
from marketfold.features import split_at as split_at
from marketfold.library import Segments as Segments
from marketfold.library import clean as clean
from marketfold.library import compare_reducers as compare_reducers
from marketfold.library import features as features
from marketfold.library import find_traps as find_traps
from marketfold.library import load as load
from marketfold.library import matrix as matrix
from marketfold.library import profile_segments as profile_segments
from marketfold.library import read as read
from marketfold.library import refresh as refresh
from marketfold.library import segment as segment
from marketfold.library import segmentation as segmentation
from marketfold.model import SegmentModel as SegmentModel
from marketfold.reduction import AutoencoderReducer as AutoencoderReducer
from marketfold.reduction import NoReducer as NoReducer
from marketfold.reduction import PCAReducer as PCAReducer
from marketfold.reduction import TiedAutoencoderReducer as TiedAutoencoderReducer
from marketfold.reduction import TrainingSettings as TrainingSettings
from marketfold.reduction import assess_suitability as assess_suitability
from marketfold.segments import match_segments as match_segments
from marketfold.segments import name_segments as name_segments
from marketfold.selection import Segmentation as Segmentation

__all__: list[str]
__version__: str
