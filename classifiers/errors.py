"""Errors that the classifiers raise.

ClassifierError
├── ModelMissing       no model of that name or path
├── ModelRefused       the files are damaged, unsafe, or made with other library versions
├── DataInvalid        a data set or corpus file has not the shape that its reader expects
└── TrainingFailed     the data is too small or too one-sided to learn from

Each message is one line that says what happened and what to do.
"""


class ClassifierError(Exception):
    """Anything that a classifier can explain."""


class ModelMissing(ClassifierError):
    """There is no model of that name or path."""


class ModelRefused(ClassifierError):
    """A model's files cannot be used."""


class DataInvalid(ClassifierError):
    """A file of labelled texts is not what its reader expects."""


class TrainingFailed(ClassifierError):
    """Nothing can be learnt from this data."""
