// Package d holds many errors that are handled as if they were one.
package d

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/braid-go/braid"
)

func closeAll(files ...*os.File) error {
	errs := make([]error, 0, len(files))
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// want-rule (d): a value switch over the join of several Close, no case but nil and default can match
func finishSpool(files []*os.File, log *slog.Logger) error {
	switch err := closeAll(files...); err {
	case nil:
		return nil
	case os.ErrClosed:
		log.Debug("spool was closed before")
		return nil
	default:
		return fmt.Errorf("spool: %w", err)
	}
}

// fine: the part that is ErrClosed is split off, the others are returned
func finishSpoolOK(files []*os.File, log *slog.Logger) error {
	closed, rest := braid.Split(closeAll(files...), braid.Is(os.ErrClosed))
	if closed != nil {
		log.Debug("spool was closed before", "err", closed)
	}
	if rest != nil {
		return fmt.Errorf("spool: %w", rest)
	}
	return nil
}

type fieldError struct{ Field, Msg string }

func (e *fieldError) Error() string { return e.Field + ": " + e.Msg }

type signup struct {
	Mail  string `json:"mail"`
	Name  string `json:"name"`
	Terms bool   `json:"terms"`
}

func (s *signup) validate() (err error) {
	if !strings.Contains(s.Mail, "@") {
		err = errors.Join(err, &fieldError{"mail", "no address"})
	}
	if s.Name == "" {
		err = errors.Join(err, &fieldError{"name", "is empty"})
	}
	if !s.Terms {
		err = errors.Join(err, &fieldError{"terms", "not accepted"})
	}
	return err
}

// want-rule (d): the type switch never sees the fieldErrors inside the join, users get a 500
func handleSignup(w http.ResponseWriter, r *http.Request) {
	var s signup
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	err := s.validate()
	switch e := err.(type) {
	case nil:
		w.WriteHeader(http.StatusCreated)
	case *fieldError:
		http.Error(w, e.Field+" "+e.Msg, http.StatusUnprocessableEntity)
	default:
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

// fine: a clause takes all fieldErrors, what remains is the 500
func handleSignupOK(w http.ResponseWriter, r *http.Request) {
	var s signup
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	var msgs []string
	rest := braid.Catch(s.validate(), braid.On(func(_ error, fields []*fieldError) error {
		for _, f := range fields {
			msgs = append(msgs, f.Field+" "+f.Msg)
		}
		return nil
	}))
	switch {
	case rest != nil:
		http.Error(w, "internal error", http.StatusInternalServerError)
	case msgs != nil:
		http.Error(w, strings.Join(msgs, "\n"), http.StatusUnprocessableEntity)
	default:
		w.WriteHeader(http.StatusCreated)
	}
}

type replica interface {
	io.Closer
	Sync(ctx context.Context) error
}

// want-rule (d): errors.Unwrap of a tree with several children is nil, so no reasons are listed
func reasons(a, b replica) (lines []string) {
	err := errors.Join(a.Close(), b.Close())
	for err != nil {
		next := errors.Unwrap(err)
		if next == nil {
			break
		}
		lines = append(lines, next.Error())
		err = next
	}
	return lines
}

// fine: Leaves lists the errors of every branch
func reasonsOK(a, b replica) (lines []string) {
	err := errors.Join(a.Close(), b.Close())
	for _, leaf := range braid.Leaves(err) {
		lines = append(lines, leaf.Error())
	}
	return lines
}

type quotaError struct {
	Tenant string
	Over   int64
}

func (q *quotaError) Error() string { return fmt.Sprintf("%s is %d bytes over", q.Tenant, q.Over) }

type biller interface {
	Charge(ctx context.Context, tenant string) error
	Block(tenant string)
}

// want-rule (d): errors.As finds the first quotaError, the other tenants stay unblocked
func chargeAll(ctx context.Context, b biller, tenants []string) error {
	err := braid.Each(ctx, tenants, b.Charge, braid.Supervised, braid.Limit(16))
	var over *quotaError
	if errors.As(err, &over) {
		slog.WarnContext(ctx, "over quota", "tenant", over.Tenant, "by", over.Over)
		b.Block(over.Tenant)
		return nil
	}
	return err
}

// fine: the clause gets every quotaError, what is of another kind is returned
func chargeAllOK(ctx context.Context, b biller, tenants []string) error {
	err := braid.Each(ctx, tenants, b.Charge, braid.Supervised, braid.Limit(16))
	return braid.Catch(err, braid.On(func(_ error, over []*quotaError) error {
		for _, q := range over {
			slog.WarnContext(ctx, "over quota", "tenant", q.Tenant, "by", q.Over)
			b.Block(q.Tenant)
		}
		return nil
	}))
}

type daemon struct {
	api, jobs func() error
	exit      func(code int)
}

// want-rule (d): Is(Canceled) is true if one of the two was cancelled, the other's failure is dropped
func (d *daemon) finish() {
	err := errors.Join(d.api(), d.jobs())
	if err == nil || errors.Is(err, context.Canceled) {
		slog.Info("bye")
		d.exit(0)
		return
	}
	slog.Error("daemon failed", "err", err)
	d.exit(1)
}

// fine: only the cancelled part is left out
func (d *daemon) finishOK() {
	_, err := braid.Split(errors.Join(d.api(), d.jobs()), braid.Is(context.Canceled))
	if err == nil {
		slog.Info("bye")
		d.exit(0)
		return
	}
	slog.Error("daemon failed", "err", err)
	d.exit(1)
}
