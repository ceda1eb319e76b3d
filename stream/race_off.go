//go:build !race

package stream

const sharing = true
