package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"skerry/tools/machine"
)

// Each app of ours has a machine that it is run on from its folder.
func TestAppsAreDescribed(t *testing.T) {
	folders, err := filepath.Glob("../../apps/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("folders %q, error %v: want those of the apps", folders, err)
	}
	var apps []string
	for _, folder := range folders {
		apps = append(apps, filepath.Base(folder))
	}
	for _, folder := range folders {
		name := filepath.Join(folder, descriptionName)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		m, err := machine.Parse(text, name, apps)
		isOf := func(a machine.App) bool { return a.Name == filepath.Base(folder) }
		if err != nil || !slices.ContainsFunc(m.Apps, isOf) {
			t.Errorf("%s: %+v, %v: want a machine for the app", name, m, err)
		}
	}
}
