package temporal

import (
	"encoding/json"
	"errors"
	"reflect"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
	failurepb "go.temporal.io/api/failure/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"go.temporal.io/sdk/converter"
	sdk "go.temporal.io/sdk/temporal"
)

// This file has the SDK carry error trees: in the details of an application
// failure, whose message and type are those that the error would have had
// without, so that others, and the pages of the server, read it as ever.

// MaxErrorSize is how many bytes of an error are sent at most. Of a larger one
// the stacks, the texts and at last all but the first errors of a group are cut,
// those being counted.
const MaxErrorSize = 512 << 10

// FailureConverter gives the converter that carries error trees to other
// processes and back. It belongs into the client.Options of every client, those
// of workers included; without it an error is its text. A nil converter for the
// details means the SDK's default one.
//
// An error that has a panic in its tree, or is [braid.Permanent], is not tried
// again by the server, and one that says when it may be ([braid.RetryAfter])
// then.
func FailureConverter(details converter.DataConverter) converter.FailureConverter {
	if details == nil {
		details = converter.GetDefaultDataConverter()
	}
	return &failures{details, sdk.NewDefaultFailureConverter(sdk.DefaultFailureConverterOptions{DataConverter: details})}
}

type failures struct {
	details converter.DataConverter
	sdk     converter.FailureConverter
}

var plain = FailureConverter(nil).(*failures)

// WithSerializationContext is for the SDK.
func (c *failures) WithSerializationContext(to converter.SerializationContext) converter.FailureConverter {
	details := converter.WithDataConverterSerializationContext(c.details, to)
	return &failures{details, sdk.NewDefaultFailureConverter(sdk.DefaultFailureConverterOptions{DataConverter: details})}
}

// ErrorToFailure gives what is sent of err.
func (c *failures) ErrorToFailure(err error) *failurepb.Failure {
	if err == nil {
		return nil
	}
	if known, ok := err.(*carrier); ok {
		return c.sdk.ErrorToFailure(known.sdk) // which has kept what it came from
	}
	if e, ok := err.(*sdkError); ok {
		return c.ErrorToFailure(e.error)
	}
	if ofSDK(err) {
		f := c.sdk.ErrorToFailure(err)
		if cause := errors.Unwrap(err); cause != nil {
			f = proto.Clone(f).(*failurepb.Failure)
			f.Cause = c.ErrorToFailure(cause)
		}
		return f
	}
	info := &failurepb.ApplicationFailureInfo{Type: typeName(err), NonRetryable: nonRetryable(err)}
	if _, after, waits := seam.Advice(err); waits {
		info.NextRetryDelay = durationpb.New(after)
	}
	if tree := pack(err); tree != nil {
		if payloads, failed := c.details.ToPayloads(tree); failed == nil {
			info.Details = payloads
		}
	}
	return &failurepb.Failure{
		Message:     clip(textOf(err), 64<<10),
		Source:      "GoSDK",
		FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: info},
	}
}

// FailureToError gives the error that was sent.
func (c *failures) FailureToError(f *failurepb.Failure) error {
	if f == nil {
		return nil
	}
	base := c.sdk.FailureToError(proto.Clone(f).(*failurepb.Failure))
	if tree := c.unpack(f.GetApplicationFailureInfo()); tree != nil {
		return &carrier{base, tree, true}
	}
	if f.Cause != nil {
		if cause, ok := c.FailureToError(f.Cause).(*carrier); ok {
			return &carrier{base, cause, false}
		}
	}
	return base
}

func (c *failures) unpack(info *failurepb.ApplicationFailureInfo) error {
	if len(info.GetDetails().GetPayloads()) != 1 {
		return nil
	}
	var w wire
	if c.details.FromPayloads(info.Details, &w) != nil || w.Version != wireVersion {
		return nil
	}
	tree, failed := unflatten(w.Nodes)
	if failed != nil {
		return nil
	}
	return tree
}

// pack gives the tree of err, cut to size, or nil if its text says it all.
func pack(err error) *wire {
	for _, b := range inBounds {
		nodes := flatten(err, b)
		if len(nodes) == 1 && nodes[0].Kind == kindOther && len(nodes[0].Is) == 0 && nodes[0].Flags == 0 {
			return nil
		}
		w := &wire{wireVersion, nodes}
		if wireSize(w) <= MaxErrorSize {
			return w
		}
	}
	return nil
}

func wireSize(w *wire) int {
	data, err := json.Marshal(w)
	if err != nil {
		return MaxErrorSize + 1
	}
	return len(data)
}

// EncodeError gives err and its tree as JSON, for who sends errors by other ways
// than the SDK's: as part of a result, or of what is kept in a store. It gives
// null for nil. [DecodeError] reads it.
func EncodeError(err error) json.RawMessage {
	if err == nil {
		return json.RawMessage("null")
	}
	for _, b := range inBounds {
		data, failed := json.Marshal(wire{wireVersion, flatten(err, b)})
		if failed == nil && len(data) <= MaxErrorSize {
			return data
		}
	}
	data, _ := json.Marshal(wire{wireVersion, []node{textNode(err, inBounds[len(inBounds)-1])}})
	return data
}

// DecodeError gives the error that [EncodeError] was given, and nil for null. If
// data is not what EncodeError gives, the second error says so.
func DecodeError(data json.RawMessage) (err, failed error) {
	var w *wire
	if failed := json.Unmarshal(data, &w); failed != nil {
		return nil, failed
	}
	switch {
	case w == nil:
		return nil, nil
	case w.Version != wireVersion:
		return nil, errors.New("braid: an error from another process is of a version that is not known here")
	}
	return unflatten(w.Nodes)
}

// ofSDK reports whether err is one of the SDK's own, which it knows how to send.
func ofSDK(err error) bool {
	switch err.(type) {
	case *sdk.ApplicationError, *sdk.ActivityError, *sdk.ChildWorkflowExecutionError, *sdk.CanceledError, *sdk.TimeoutError,
		*sdk.TerminatedError, *sdk.ServerError, *sdk.PanicError, *sdk.NexusOperationError:
		return true
	}
	return reflect.TypeOf(err).String() == "*internal.workflowPanicError"
}

// failureOf gives an error of the SDK's as it sends it, or nil if err is none.
func failureOf(err error) []byte {
	if _, ok := err.(*carrier); !ok && !ofSDK(err) {
		return nil
	}
	data, failed := proto.Marshal(plain.ErrorToFailure(err))
	if failed != nil {
		return nil
	}
	return data
}

func (n node) failure() error {
	var f failurepb.Failure
	if proto.Unmarshal(n.Data, &f) != nil {
		return &RemoteError{Text: n.Text}
	}
	if err := safely(&f); err != nil {
		return matching(nil, err)
	}
	return &RemoteError{Text: n.Text}
}

// safely converts a failure of which nobody knows who made it.
func safely(f *failurepb.Failure) (err error) {
	defer func() {
		if recover() != nil {
			err = nil
		}
	}()
	return plain.FailureToError(f)
}

// typeName is what the SDK calls the type of an error.
func typeName(err error) string {
	t := reflect.TypeOf(err)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "errorString" {
		return ""
	}
	return t.Name()
}

// nonRetryable says whether the same call would fail again, or must not be made:
// as for Retry, a panic is not tried again.
func nonRetryable(err error) bool {
	if permanent, _, _ := seam.Advice(err); permanent {
		return true
	}
	_, panicked := find[*braid.PanicError](err)
	app, ok := find[*sdk.ApplicationError](err)
	return panicked || ok && app.NonRetryable()
}

// find gives the first E in the tree of err, as errors.As does; it bears errors
// whose methods panic.
func find[E error](err error) (first E, ok bool) {
	braid.Catch(err, braid.On(func(_ error, found []E) error {
		first, ok = found[0], true
		return nil
	}))
	return first, ok
}
