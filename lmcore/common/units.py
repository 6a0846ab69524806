"""Units of information: losses are in nats, results in bits; 1 bit is ln 2 nats."""

import math

LN2 = math.log(2)
