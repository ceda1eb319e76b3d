//go:build race

package braidtest_test

const racing = true
