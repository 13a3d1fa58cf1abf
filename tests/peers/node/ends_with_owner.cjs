// Loaded before a peer: it ends when whoever started it does, even a killed one, because then the
// pipe that is its standard input closes.
process.stdin.on('end', () => process.exit(0)).resume();
