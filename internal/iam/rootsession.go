package iam

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique-dev/pratique/policy"
)

// rootTasks is what the ARNs of policies begin with that scope root sessions to a task.
const rootTasks = "arn:aws:iam::aws:policy/root-task/"

// IsRootTask reports whether the ARN is that of one of AWS's policies for root sessions, which deny all but one task: see
// "Perform a privileged task on an AWS Organizations member account" in the IAM user guide.
func IsRootTask(policyARN string) bool {
	_, ok := awsManaged()[policyARN]
	return ok && strings.HasPrefix(policyARN, rootTasks)
}

// MaxRootTask is how long the longest root session for a task lives.
const MaxRootTask = 15 * time.Minute

// NewRootSession makes credentials of an account's root user for a task, whose policy denies all else. The duration may be
// zero, which is none, and at most 15 minutes. Whether the caller, whose own session if it has one is from, may is not asked
// here. Errors: ErrInvalidValue.
func (m *IAM) NewRootSession(account, task string, duration time.Duration, from *Session) (*Credentials, error) {
	if !IsRootTask(task) {
		return nil, &Error{Kind: ErrInvalidValue, Entity: "taskPolicyArn.arn", Name: task, Detail: "Member must be a policy for root tasks"}
	}
	if duration < 0 || duration > MaxRootTask {
		return nil, &Error{Kind: ErrInvalidValue, Entity: "durationSeconds", Name: strconv.Itoa(int(duration / time.Second)),
			Detail: "Member must have value between 0 and 900"}
	}
	s := &Session{Ref: Ref{policy.Root, account, account}, PolicyARNs: []string{task}}
	if from != nil {
		s.SourceIdentity = from.SourceIdentity
	}
	return m.issue(s, account, duration)
}

// IsRootTask reports whether the session is one of NewRootSession.
func (s *Session) IsRootTask() bool {
	return s.Ref.Kind == policy.Root && slices.ContainsFunc(s.PolicyARNs, IsRootTask)
}
