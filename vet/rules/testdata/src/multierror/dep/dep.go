// Package dep returns joined errors to others.
package dep

import "errors"

func Check(a, b error) error { // want Check:"returns errors.Join"
	return errors.Join(a, b)
}

func One(a error) error { return a }

var ErrClosed = errors.New("closed")

// Closed returns ErrClosed as it is, or what it joins.
func Closed(a, b error) error { // want Closed:"returns errors.Join"
	if a == nil {
		return ErrClosed
	}
	return errors.Join(a, b)
}
