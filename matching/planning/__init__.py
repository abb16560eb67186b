"""Which hosts and visitors should meet, for a partnership as a whole. Pure: no Django in it.

`world` says what a plan is about and what it is worth, `greedy` makes the plan of a rule of thumb,
`solve` the best one, `reasons` tells why a pair of it is as it is.
"""
