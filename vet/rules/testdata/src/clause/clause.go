package clause

import (
	"io"
	"log"
	"os"

	"github.com/braid-go/braid"
)

func isPath(err error) bool { return false }

// Found.

func otherwise(err error) error {
	return braid.Catch(err, braid.Otherwise(func(error) error { return nil })) // want `swallows what it was given`
}

func on(err error) error {
	return braid.Catch(err, braid.On(func(_ error, _ []*os.PathError) error { // want `swallows what it was given`
		return nil
	}))
}

func unused(err error) error {
	return braid.Catch(err, braid.On(func(err error, paths []*os.PathError) error { // want `swallows what it was given`
		log.Print("failed")
		return nil
	}))
}

func when(err error) error {
	return braid.Catch(err, braid.When(isPath, func(err error) error { return nil })) // want `swallows what it was given`
}

// Left alone.

func logged(err error) error {
	return braid.Catch(err, braid.Otherwise(func(err error) error {
		log.Print(err)
		return nil
	}))
}

func each(err error) error {
	return braid.Catch(err, braid.On(func(_ error, paths []*os.PathError) error {
		for _, p := range paths {
			log.Print(p.Path)
		}
		return nil
	}))
}

func sentinel(err error) error {
	return braid.Catch(err, braid.When(braid.Is(io.EOF), func(error) error { return nil }))
}

func back(err error) error {
	return braid.Catch(err, braid.Otherwise(func(err error) error { return err }))
}

func rest(err error) error {
	braid.Catch(err, braid.When(braid.Is(io.EOF), func(error) error { return nil })) // want `the errors that no clause takes are lost`
	return nil
}

func restBlank(err error) error {
	_ = braid.Catch(err, braid.When(braid.Is(io.EOF), func(error) error { return nil })) // want `the errors that no clause takes are lost`
	return nil
}

func noRest(err error) error {
	braid.Catch(err,
		braid.When(braid.Is(io.EOF), func(error) error { return nil }),
		braid.Otherwise(func(err error) error {
			log.Print(err)
			return nil
		}))
	return nil
}

func finds(err error) (found *os.PathError) {
	braid.Catch(err, braid.On(func(_ error, all []*os.PathError) error {
		found = all[0]
		return nil
	}))
	return found
}

func looks(err error) error {
	braid.Catch(err, braid.On(func(_ error, all []*os.PathError) error {
		log.Print(all)
		return nil
	}))
	return err
}

func restOf(err error, clauses []braid.Clause) {
	braid.Catch(err, clauses...)
}
