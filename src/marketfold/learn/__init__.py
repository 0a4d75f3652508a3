"""The lessons: what segments are good for and how they are made, tried by the reader on the own data."""

from marketfold.learn.lesson_data import LessonData, LossHistory, RunFacts
from marketfold.learn.page import lesson_links, lessons_policy, write_learn_page

__all__ = ["LessonData", "LossHistory", "RunFacts", "lesson_links", "lessons_policy", "write_learn_page"]
