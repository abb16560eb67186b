"""Who fits whom, and how well: the one formula of the portal, in NumPy, without Django."""
