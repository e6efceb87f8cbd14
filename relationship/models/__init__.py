"""The tables of knowing each other: what somebody is to do for a member, and questions with their answers."""

from relationship.models.survey import Survey, SurveyAnswer, SurveyWords
from relationship.models.task import Task

__all__ = ["Survey", "SurveyAnswer", "SurveyWords", "Task"]
