from regoose_ci.generation.outcomes import *
