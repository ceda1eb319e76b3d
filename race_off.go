//go:build !race

package braid

const reuse = true
