// Package arch holds the tests that keep the code base in the shape that
// ARCHITECTURE.md draws: which package may import which, what only a few may
// depend on, and what every file owes its reader. It has no code of its own.
package arch
