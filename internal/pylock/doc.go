// Package pylock turns what users write about their Python packages into an
// exact list of wheels for one target, and fetches those. Lock files
// (pylock.toml, uv.lock, poetry.lock) and pinned requirements are read here;
// what has to be resolved is resolved by uv, which is started as a program and
// told to build nothing, so that no code of any package runs. A package that
// exists as source only is an error of its own: another kind of build can take
// over.
package pylock
