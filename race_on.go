//go:build race

package braid

const reuse = false
