from layered.models.linear_softmax import *
