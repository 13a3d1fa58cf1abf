"""DMN, the language rules are exchanged in: read safely, evaluated as DMN 1.5 says, or refused."""
