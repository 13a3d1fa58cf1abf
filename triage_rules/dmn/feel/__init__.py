"""FEEL, DMN's expression language: a declared subset, parsed whole and evaluated exactly."""
