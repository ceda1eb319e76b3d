package d

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/braid-go/braid"
)

func checkName(f form) error {
	if f.Name == "" {
		return &fieldError{"name", "is empty"}
	}
	return nil
}

func checkMail(f form) error {
	if f.Mail == "" {
		return &fieldError{"mail", "is empty"}
	}
	return nil
}

func checkAge(f form) error {
	if f.Age < 18 {
		return &fieldError{"age", "is below 18"}
	}
	return nil
}

// want-rule (d): the join is no *fieldError, so every bad form is a 500
func (s *signup) post(w http.ResponseWriter, r *http.Request) {
	var f form
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err := errors.Join(checkName(f), checkMail(f), checkAge(f))
	if fe, ok := err.(*fieldError); ok {
		s.fields(w, http.StatusUnprocessableEntity, fe)
		return
	}
	if err == nil {
		err = s.create(r.Context(), f)
	}
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// fine: the assertion is to what a join is, and then each part is looked at
func (s *signup) postOK(w http.ResponseWriter, r *http.Request) {
	var f form
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err := errors.Join(checkName(f), checkMail(f), checkAge(f))
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var fields []*fieldError
		for _, err := range all.Unwrap() {
			var fe *fieldError
			if !errors.As(err, &fe) {
				http.Error(w, "internal error", http.StatusInternalServerError)
				return
			}
			fields = append(fields, fe)
		}
		s.fields(w, http.StatusUnprocessableEntity, fields...)
		return
	}
	if err == nil {
		err = s.create(r.Context(), f)
	}
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// want-rule (d): what Each returns is a group's error, never a *throttled itself
func (p *pusher) push(ctx context.Context, devices []device) (wait time.Duration, err error) {
	err = braid.Each(ctx, devices, p.send, braid.Limit(8), braid.Supervised)
	switch e := err.(type) {
	case nil:
		return 0, nil
	case *throttled:
		return e.after, nil
	default:
		return 0, fmt.Errorf("push: %w", err)
	}
}

// fine: all of that kind are taken out, and the rest is returned
func (p *pusher) pushOK(ctx context.Context, devices []device) (wait time.Duration, err error) {
	err = braid.Each(ctx, devices, p.send, braid.Limit(8), braid.Supervised)
	err = braid.Catch(err, braid.On(func(_ error, all []*throttled) error {
		for _, e := range all {
			wait = max(wait, e.after)
		}
		return nil
	}))
	switch err {
	case nil:
		return wait, nil
	default:
		return wait, fmt.Errorf("push: %w", err)
	}
}
