// Package crash kills a built server in the middle of its work, and looks at
// what it still knows.
package crash
