"""What an object stands for in NEURON."""

from .interpreter import p

__all__ = ["transform"]

transform = p.transform
