//go:build !unix

package socket

import "errors"

// Refused reports whether nobody listens at a socket that is there.
func Refused(error) bool { return false }

func private(string) error { return errors.ErrUnsupported }
