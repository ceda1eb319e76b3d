package d

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// want-rule (d): of all the fields that may be wrong the client is told of the first
func (t Tenant) Validate(w http.ResponseWriter) bool {
	err := errors.Join(t.checkName(), t.checkRegion(), t.checkQuota())
	if err == nil {
		return true
	}
	p := Problem{Title: "invalid tenant"}
	var fe *FieldError
	if errors.As(err, &fe) {
		p.Fields = append(p.Fields, *fe)
	}
	w.WriteHeader(http.StatusUnprocessableEntity)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		slog.Debug("write problem", "err", err)
	}
	return false
}

// fine: each check's error is taken by itself, and all are told
func (t Tenant) ValidateOK(w http.ResponseWriter) bool {
	p := Problem{Title: "invalid tenant"}
	for _, err := range []error{t.checkName(), t.checkRegion(), t.checkQuota()} {
		var fe *FieldError
		if errors.As(err, &fe) {
			p.Fields = append(p.Fields, *fe)
		}
	}
	if len(p.Fields) == 0 {
		return true
	}
	w.WriteHeader(http.StatusUnprocessableEntity)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		slog.Debug("write problem", "err", err)
	}
	return false
}
