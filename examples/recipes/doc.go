// Package recipes shows, in its tests, how groups work together with libraries
// for what braid leaves to others: pacing and circuit breaking.
package recipes
