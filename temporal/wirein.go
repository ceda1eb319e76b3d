package temporal

import (
	"errors"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file makes the error again that a node is of. What is kept: no node, whoever
// sent it, makes it panic; what makes no sense is a [RemoteError].

// make gives the error that the node is of.
func (n node) make(kids []error) error {
	kid := func(i int) error {
		if i < len(kids) {
			return kids[i]
		}
		return nil
	}
	switch n.Kind {
	case kindTask:
		return seam.NewTaskError(seam.Failure{
			Err: kid(0), AfterCancel: n.Flags.has(afterCancel), Place: seam.NewPlace(nil, "", n.Path, 0, n.At.site()),
			Name: n.Name, Site: n.At.site(), Item: n.Item - 1,
			Body: n.Flags.has(ofBody), Permanent: n.Flags.has(isPermanent), Attempt: n.Flags.has(isAttempt),
		})
	case kindGroup:
		var cut error
		if n.Flags.has(hasCut) && len(kids) > 0 {
			cut, kids = kids[0], kids[1:]
		}
		if n.Primary < 0 || n.Primary > len(kids) {
			n.Primary = 0
		}
		return seam.NewGroupError(seam.FailedGroup{
			Errs: kids, Primary: n.Primary - 1, Dropped: max(n.Dropped, 0), Cut: cut, Place: seam.NewPlace(nil, "", n.Path, 0, n.At.site()),
		})
	case kindTimeout:
		return seam.NewTimeoutError(seam.Timeout{Name: n.Name, After: time.Duration(n.Nanos), Err: kid(0), Site: n.At.site()})
	case kindCancel:
		return n.cancellation(kid)
	case kindPanic:
		return n.panic(kid)
	case kindSentinel:
		if known := sentinel(n.Type); known != nil {
			return known
		}
		return &RemoteError{Type: n.Type, Text: n.Text}
	case kindFailure:
		return n.failure()
	case kindJoin:
		if len(kids) == 0 {
			break
		}
		return errors.Join(kids...)
	}
	if len(kids) > 0 {
		switch n.Kind {
		case kindLate:
			if timeout, ok := kid(1).(*braid.TimeoutError); ok {
				return seam.NewLateError(kids[0], timeout)
			}
		case kindPermanent:
			return braid.Permanent(kids[0])
		case kindRetryAfter:
			return braid.RetryAfter(kids[0], max(time.Duration(n.Nanos), 0))
		case kindSeal:
			return &seal{kids[0]}
		}
	}
	return n.remote(kids)
}

// remote gives an error whose type is not ours.
func (n node) remote(kids []error) error {
	e := &RemoteError{Type: n.Type, Text: n.Text, late: n.Flags.has(isLate)}
	if n.Kind == kindValue {
		e.value = valueOf(n.Name, n.Value)
		if e.value != nil && (len(kids) == 0 || unwrapsItself(e.value)) {
			return e.value
		}
	}
	for _, name := range n.Is {
		if known := sentinel(name); known != nil {
			e.is = append(e.is, known)
		}
	}
	switch {
	case n.Flags.has(isBranch):
		return &remoteMany{e, kids}
	case len(kids) == 0:
		return e
	case len(kids) == 1:
		return &remoteOne{e, kids[0]}
	}
	return &remoteMany{e, kids}
}

func (n node) cancellation(kid func(int) error) error {
	c := seam.Cancellation{By: n.Name, Site: n.At.site(), Late: n.Flags.has(isLate)}
	if len(n.Type) == 1 && n.Type[0] >= '0' && n.Type[0] <= '0'+byte(seam.ByOutside) {
		c.Kind = seam.Kind(n.Type[0] - '0')
	}
	i := 0
	if n.Flags.has(hasReason) {
		c.Reason, i = kid(0), 1
	}
	if n.Flags.has(hasCause) {
		c.Cause = kid(i)
	}
	if n.Time != 0 {
		c.At = time.Unix(0, n.Time)
	}
	if c.Kind == seam.ByOutside && c.Cause == nil || c.Kind == seam.ByFailure && c.Reason == nil {
		c.Kind = seam.ByCall // whose text needs neither
	}
	c.Late = c.Late && c.Cause != nil
	return seam.NewCancellation(c)
}
