package temporal

import (
	"fmt"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file says of one error what is sent of it. What is kept: methods that panic, as
// those of foreign errors may, lose no more than what they were to tell.

// nodeOf gives what is sent of one error, and what is below it.
func nodeOf(err error, b bounds) (n node, kids []error) {
	if f, ok := seam.ReadTaskError(err); ok {
		n = node{Kind: kindTask, Name: f.Name, At: whereOf(f.Site), Item: f.Item + 1}
		n.Path, _ = seam.PlaceOf(f.Place)
		n.Flags.set(afterCancel, f.AfterCancel)
		n.Flags.set(ofBody, f.Body)
		n.Flags.set(isPermanent, f.Permanent)
		n.Flags.set(isAttempt, f.Attempt)
		return n, present(f.Err)
	}
	if g, ok := seam.ReadGroupError(err); ok {
		path, site := seam.PlaceOf(g.Place)
		n = node{Kind: kindGroup, Path: path, At: whereOf(site), Primary: g.Primary + 1, Dropped: g.Dropped}
		n.Flags.set(hasCut, g.Cut != nil)
		return n, append(present(g.Cut), g.Errs...)
	}
	if t, ok := seam.ReadTimeoutError(err); ok {
		return node{Kind: kindTimeout, Name: t.Name, Nanos: int64(t.After), At: whereOf(t.Site)}, present(t.Err)
	}
	if c, ok := seam.ReadCancellation(err); ok {
		n = node{Kind: kindCancel, Type: fmt.Sprint(c.Kind), Name: c.By, At: whereOf(c.Site)}
		if !c.At.IsZero() {
			n.Time = c.At.UnixNano()
		}
		n.Flags.set(isLate, c.Late)
		n.Flags.set(hasReason, c.Reason != nil)
		n.Flags.set(hasCause, c.Cause != nil)
		return n, present(c.Reason, c.Cause)
	}
	if real, timeout, ok := seam.ReadLateError(err); ok {
		return node{Kind: kindLate}, []error{real, timeout}
	}
	if inner, permanent, after, ok := seam.ReadAdvice(err); ok {
		if permanent {
			return node{Kind: kindPermanent}, []error{inner}
		}
		return node{Kind: kindRetryAfter, Nanos: int64(after)}, []error{inner}
	}
	switch e := err.(type) {
	case *braid.PanicError:
		return panicNode(e, b)
	case *sdkError:
		return nodeOf(e.error, b)
	case *seal:
		return node{Kind: kindSeal}, []error{e.err}
	}
	if name, ok := sentinelName(err); ok {
		return node{Kind: kindSentinel, Type: name, Text: textOf(err)}, nil
	}
	one, many := seam.Below(err)
	if one != nil {
		many = []error{one}
	}
	if seam.Joined(err) {
		return node{Kind: kindJoin}, many
	}
	if data := failureOf(err); data != nil {
		return node{Kind: kindFailure, Text: clip(textOf(err), b.text), Data: data}, nil
	}
	n = textNode(err, b)
	n.Is = matched(err)
	late, ok := err.(interface{ Timeout() bool })
	n.Flags.set(isLate, ok && asked(late))
	_, branches := err.(interface{ Unwrap() []error })
	n.Flags.set(isBranch, branches)
	if name, value := typed(err); name != "" {
		n.Kind, n.Name, n.Value = kindValue, name, value
	}
	return n, many
}

func asked(err interface{ Timeout() bool }) (late bool) {
	defer func() { _ = recover() }()
	return err.Timeout()
}

// textNode is an error of which only the text is kept.
func textNode(err error, b bounds) node {
	return node{Kind: kindOther, Text: clip(textOf(err), b.text), Type: fmt.Sprintf("%T", err)}
}

func textOf(err error) string {
	if err == nil {
		return "<nil>"
	}
	return seam.Text(err)
}

func present(errs ...error) (kept []error) {
	for _, err := range errs {
		if err != nil {
			kept = append(kept, err)
		}
	}
	return kept
}

// clip bounds a text, keeping its beginning.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}
