// Package dep returns joined errors to others.
package dep

import "errors"

func Check(a, b error) error { // want Check:"returns errors.Join"
	if a == nil {
		return b
	}
	return errors.Join(a, b)
}

func One(a error) error { return a }
