package b

import (
	"log/slog"
	"net/http"
	"time"
)

// want-rule (b): the audit record is written on a goroutine nobody waits for, with a context that dies when the handler returns
func (h *OrderHandler) CreateOrder(w http.ResponseWriter, r *http.Request) {
	o, err := decodeOrder(w, r)
	if err != nil {
		http.Error(w, "malformed order", http.StatusBadRequest)
		return
	}
	if err := h.orders.Insert(r.Context(), o); err != nil {
		slog.ErrorContext(r.Context(), "insert order", "id", o.ID, "err", err)
		http.Error(w, "order not stored", http.StatusInternalServerError)
		return
	}
	go h.audit.Record(r.Context(), AuditEvent{What: "order.created", ID: o.ID, At: time.Now()})
	w.WriteHeader(http.StatusCreated)
}

// fine: the record goes into a bounded queue that RunAudit works off, and what does not fit is counted
func (h *OrderHandler) CreateOrderOK(w http.ResponseWriter, r *http.Request) {
	o, err := decodeOrder(w, r)
	if err != nil {
		http.Error(w, "malformed order", http.StatusBadRequest)
		return
	}
	if err := h.orders.Insert(r.Context(), o); err != nil {
		slog.ErrorContext(r.Context(), "insert order", "id", o.ID, "err", err)
		http.Error(w, "order not stored", http.StatusInternalServerError)
		return
	}
	select {
	case h.auditq <- AuditEvent{What: "order.created", ID: o.ID, At: time.Now()}:
	default:
		h.dropped.Add(1)
	}
	w.WriteHeader(http.StatusCreated)
}
