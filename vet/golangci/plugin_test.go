package golangci_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"

	"github.com/braid-go/braid/vet/golangci"
	"github.com/braid-go/braid/vet/rules"
)

func names(t *testing.T, conf any) []string {
	t.Helper()
	p, err := golangci.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range list {
		out = append(out, a.Name)
	}
	return out
}

func TestThePluginIsRegisteredAndHasAllRulesButTheMigrations(t *testing.T) {
	if _, err := register.GetPlugin("braid"); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, a := range rules.Analyzers() {
		want = append(want, a.Name)
	}
	if got := names(t, nil); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSettingsSwitchRules(t *testing.T) {
	if got := names(t, map[string]any{"enable": []any{"dropped"}}); !slices.Equal(got, []string{"dropped"}) {
		t.Errorf("%v", got)
	}
	if got := names(t, map[string]any{"disable": []any{"dropped"}}); slices.Contains(got, "dropped") {
		t.Errorf("%v", got)
	}
}

func TestSettingsThatMeanNothingAreRefused(t *testing.T) {
	for want, conf := range map[string]any{
		`there is no rule "nonsense"`:  map[string]any{"disable": []any{"nonsense"}},
		`dropped has no shape "a"`:     map[string]any{"shapes": map[string]any{"dropped": "a"}},
		`unknown field "enabled"`:      map[string]any{"enabled": []any{"dropped"}},
		`there is no rule "misspellt"`: map[string]any{"shapes": map[string]any{"misspellt": "all"}},
	} {
		if _, err := golangci.New(conf); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", conf, err, want)
		}
	}
}
