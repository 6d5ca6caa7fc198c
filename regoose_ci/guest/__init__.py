"""What runs inside the sandbox. Standard library only; imports nothing else of ours.

The host imports ``regoose_ci.guest.protocol`` and nothing else of this package; inside the
sandbox the package is called ``regoose_guest``.
"""
