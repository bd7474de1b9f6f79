# Home Assistant aliases voluptuous to probatio at run time.
from probatio import *  # noqa: F403
