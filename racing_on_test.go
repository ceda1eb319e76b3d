//go:build race

package braid_test

const racing = true
