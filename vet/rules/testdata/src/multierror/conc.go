// Errors of what conc maps.

package multierror

import (
	"context"
	"errors"
	"log"

	"github.com/sourcegraph/conc/iter"
)

func mapped(in []int, f func(*int) (int, error)) ([]int, error) { // want mapped:"returns iter.MapErr"
	out, err := iter.MapErr(in, f)
	if !errors.Is(err, context.Canceled) { // want `errors.Is is true of the error of iter.MapErr if any one of them is a cancellation`
		return out, err
	}
	log.Print("cut short")
	return out, nil
}

func mappedBy(in []int, f func(*int) (int, error)) ([]int, error) { // want mappedBy:"returns iter.MapErr"
	out, err := iter.Mapper[int, int]{MaxGoroutines: 2}.MapErr(in, f)
	if errors.Is(err, context.Canceled) { // want `errors.Is is true of the error of iter.MapErr if any one of them is a cancellation`
		return out, nil
	}
	return out, err
}

func mappedRight(in []int, f func(*int) (int, error)) ([]int, error) { // want mappedRight:"returns iter.MapErr"
	out, err := iter.MapErr(in, f)
	if !errors.Is(err, context.Canceled) {
		return out, err
	}
	log.Print("cut short")
	return out, err
}
