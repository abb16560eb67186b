"""The whole programme, replayed: invented organisations go from registration to payment.

`plan.py` draws who does what and when, `scripts.py` says it as steps, and a pair of hands does the
steps: through the services (`service_hands.py`) or as people in browsers do (`browser_hands.py`).
`replay.py` goes through the days by the portal's one clock, `outcome.py` counts what came of it.
"""
