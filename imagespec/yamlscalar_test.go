package imagespec

import "testing"

// TestYAMLScalar holds what PyYAML's safe_load reads of plain scalars, by
// Python's repr; test/builder asks flytekit.
func TestYAMLScalar(t *testing.T) {
	for scalar, want := range map[string]string{
		"": "None", "~": "None", "null": "None", "NULL": "None", "nULL": "'nULL'",
		"yes": "True", "Off": "False", "ON": "True", "oN": "'oN'", "y": "'y'", "TRUE": "True", "no": "False",
		"3": "3", "+3": "3", "-0": "0", "012": "10", "0": "0", "00": "0", "0_": "0", "08": "'08'", "0o17": "'0o17'", "0x1F": "31", "-0x1f": "-31", "0b1_01": "5", "1_000": "1000",
		"190:20:30": "685230", "-1:30": "-90", "1:60": "'1:60'", "0b": "'0b'", "123456789012345678901": "123456789012345678901",
		"3.10": "3.1", "3.": "3.0", ".5": "0.5", "-.5": "'-.5'", "1_0.5": "10.5", "1e5": "'1e5'", "1.5e5": "'1.5e5'", "1.5e+5": "150000.0", "1.e-5": "1e-05", "1.0e+400": "inf",
		"190:20:30.15": "685230.15", "-1:30.5": "-90.5", ".inf": "inf", "-.INF": "-inf", ".NaN": "nan", ".nAN": "'.nAN'", "-0.0": "-0.0",
		"2024-01-02": "datetime.date(2024, 1, 2)", "2024-1-2": "'2024-1-2'", "24-01-02": "'24-01-02'",
		"2001-12-14 21:59:00":            "datetime.datetime(2001, 12, 14, 21, 59)",
		"2001-12-14T21:59:43Z":           "datetime.datetime(2001, 12, 14, 21, 59, 43, tzinfo=datetime.timezone.utc)",
		"2001-12-14t21:59:43.10-05:00":   "datetime.datetime(2001, 12, 14, 21, 59, 43, 100000, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=68400)))",
		"2001-12-14 21:59:00.1234567 +5": "datetime.datetime(2001, 12, 14, 21, 59, 0, 123456, tzinfo=datetime.timezone(datetime.timedelta(seconds=18000)))",
		"a b":                            "'a b'",
	} {
		v, err := yamlScalar(scalar)
		if err != nil || repr(v) != want {
			t.Errorf("%q is %s, error %v; want %s", scalar, repr(v), err, want)
		}
	}
	for scalar, want := range map[string]string{
		"2001-12-14 21:59:43.5 -5:30": "2001-12-14 21:59:43.500000-05:30", "2001-12-14 21:59:43 +5:30": "2001-12-14 21:59:43+05:30", "2001-12-14T21:59:43Z": "2001-12-14 21:59:43+00:00",
		"2001-12-14 21:59:43": "2001-12-14 21:59:43",
	} {
		if v, err := yamlScalar(scalar); err != nil || str(v) != want {
			t.Errorf("str of %q is %s, error %v; want %s", scalar, str(v), err, want)
		}
	}
}
