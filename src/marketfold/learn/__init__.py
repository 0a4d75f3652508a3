"""The learning page: K-means, the elbow, PCA and autoencoders, tried by the reader on the own data."""

from marketfold.learn.page import lessons_policy, write_learn_page
from marketfold.learn.sample import LearnSample, LossHistory, RunFacts, take_sample

__all__ = ["LearnSample", "LossHistory", "RunFacts", "lessons_policy", "take_sample", "write_learn_page"]
