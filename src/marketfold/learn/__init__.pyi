from marketfold.learn.lesson_data import LessonData as LessonData
from marketfold.learn.lesson_data import LossHistory as LossHistory
from marketfold.learn.lesson_data import RunFacts as RunFacts
from marketfold.learn.page import lesson_links as lesson_links
from marketfold.learn.page import lessons_policy as lessons_policy
from marketfold.learn.page import write_learn_page as write_learn_page
