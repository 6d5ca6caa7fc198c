from regoose_ci.generation.calls import *
