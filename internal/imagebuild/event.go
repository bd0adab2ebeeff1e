package imagebuild

// Step is a part of a build.
type Step string

// The steps, in their order. A build may leave some out.
const (
	StepCheck     Step = "check"     // does the image exist
	StepPlan      Step = "plan"      // which way to build it
	StepBase      Step = "base"      // read the base image
	StepResolve   Step = "resolve"   // which versions of which packages
	StepFetch     Step = "fetch"     // download wheels
	StepLayers    Step = "layers"    // make layers
	StepExecute   Step = "execute"   // run a Dockerfile
	StepPush      Step = "push"      // upload what the registry lacks
	StepReferrers Step = "referrers" // attach lock, provenance and SBOM
	StepTag       Step = "tag"       // make the image known by its tag
)

// An Event tells of the progress of a build. Events of different layers come
// interleaved, those of one layer in order.
type Event struct {
	Step Step `json:"step"`
	// Image is what is built: the tag's reference. A build of nested
	// specifications has events of several images.
	Image string `json:"image"`
	// Platform is what the event is about, empty if it is about all of them.
	Platform string `json:"platform,omitempty"`
	// ID and Name are of the thing that progresses, a layer's digest or a
	// wheel's file name; empty for the step as a whole.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Current and Total are bytes; Total is 0 where it is not known.
	Current int64 `json:"current,omitempty"`
	Total   int64 `json:"total,omitempty"`
	// Outcome ends the progress of a thing.
	Outcome Outcome `json:"outcome,omitempty"`
	// Message is for people; Warning marks what they should look at.
	Message string `json:"message,omitempty"`
	Warning bool   `json:"warning,omitempty"`
}

// Outcome is what became of a layer.
type Outcome string

const (
	// Uploaded says that its bytes were sent.
	Uploaded Outcome = "uploaded"
	// Mounted says that the registry took it from another of its repositories.
	Mounted Outcome = "mounted"
	// Exists says that the repository had it already.
	Exists Outcome = "exists"
	// Written says that it is in the local layout.
	Written Outcome = "written"
)

// tell passes an event on. Progress is called from several goroutines, one at a
// time.
func (b *build) tell(e Event) {
	if b.Progress == nil {
		return
	}
	e.Image = b.result.Image
	b.telling.Lock()
	defer b.telling.Unlock()
	b.Progress(e)
}

// say tells a message for people.
func (b *build) say(step Step, platform, message string) {
	b.tell(Event{Step: step, Platform: platform, Message: message})
}

// warn tells a warning and keeps it for the result.
func (b *build) warn(step Step, platform, message string) {
	b.tell(Event{Step: step, Platform: platform, Message: message, Warning: true})
	b.telling.Lock()
	defer b.telling.Unlock()
	b.result.Warnings = append(b.result.Warnings, message)
}
