// Functions that return an error by its name.

package multierror

import (
	"errors"
	"os"
)

type missing struct{ names []string }

func (*missing) Error() string { return "missing" }

func expand(names []string, errs []error) (out string, err error) { // want expand:"returns errors.Join"
	if len(errs) > 0 {
		return "", errors.Join(errs...)
	}
	if len(names) > 0 {
		err = &missing{names}
	}
	return
}

func expandAll(names []string, errs []error) []string {
	var m *missing
	if _, err := expand(names, errs); errors.As(err, &m) {
		return m.names
	}
	return nil
}

// The same without an error of its own.

func joinNamed(names []string, errs []error) (out string, err error) { // want joinNamed:"returns errors.Join"
	if len(errs) > 0 {
		return "", errors.Join(errs...)
	}
	if len(names) == 0 {
		err = nil
	}
	return
}

func joinNamedAll(names []string, errs []error) string {
	var pe *os.PathError
	if _, err := joinNamed(names, errs); errors.As(err, &pe) { // want `finds one of the errors`
		return pe.Path
	}
	return ""
}

func onlyNamed(errs []error) (err error) { // want onlyNamed:"returns errors.Join"
	err = errors.Join(errs...)
	return
}

func onlyNamedAll(errs []error) bool {
	return onlyNamed(errs) == errFull // want `the error of errors.Join may be several`
}
