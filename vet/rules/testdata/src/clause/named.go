package clause

import (
	"log"

	"github.com/braid-go/braid"
)

type reader struct{ stale bool }

// tolerate marks what was read.
func (r *reader) tolerate(error) error {
	r.stale = true
	return nil
}

// ignoreAll is best effort: what is stale is read again.
func (r *reader) ignoreAll(error) error { return nil }

func (r *reader) say(err error) error {
	log.Print(err)
	return nil
}

func silent(_ error) error { return nil }

func methods(r *reader, err error) error {
	err = braid.Catch(err, braid.Otherwise(r.tolerate)) // want `swallows what it was given`
	err = braid.Catch(err, braid.Otherwise(r.ignoreAll))
	err = braid.Catch(err, braid.When(isPath, silent)) // want `swallows what it was given`
	return braid.Catch(err, braid.Otherwise(r.say))
}

func variable(err error) error {
	drop := func(err error) error {
		_ = err
		return nil
	}
	return braid.Catch(err, braid.Otherwise(drop)) // want `swallows what it was given`
}

func compared(err error) error {
	return braid.Catch(err, braid.Otherwise(func(err error) error { // want `swallows what it was given`
		if err == nil {
			return nil
		}
		return nil
	}))
}

func given(err error, clause func(error) error) error {
	return braid.Catch(err, braid.Otherwise(clause))
}
