"""Throws the demo world away and builds it anew. What `make demo-reset` starts."""

from embedded import environment, prepare, reset, the_only_one

if __name__ == "__main__":
    values = environment()
    with the_only_one(values):
        reset(values)
        prepare(values)
    print("The demo world is as new. Start it with: make run")
