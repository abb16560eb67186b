"""What leaves the portal out of the figures: files in five formats, and links to hand out."""
