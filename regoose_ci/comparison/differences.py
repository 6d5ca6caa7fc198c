from regoose_ci.generation.differences import *
