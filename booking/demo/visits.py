"""The demo clinics' visit types: every booking mode and form, a group, and two at once. Pure."""

from booking.demo.clinics import ENDO, RHEUMA, VisitPlan

TALK = {"interpreter": 15, "hearing": 10, "companion": 5, "several_problems": 15}
MOVE = {**TALK, "walking_aid": 10}
BLOOD = "Få taget blodprøver senest to hverdage før. Book tid til det på et prøvetagningssted."
BLOOD_EN = (
    "Have your blood tests taken at least two working days before. "
    "Book a time for it at a blood test centre."
)
ANY = "in_person,video,phone"

VISITS = (
    VisitPlan(
        RHEUMA, "Første besøg hos læge", "First visit with a doctor", "doctor", 45, 75, "code",
        adds={**MOVE, "first_visit": 10}, share=0.15, closing_hours=48, buffer_after=5,
        preparation="Medbring en liste over din medicin, og skriv gerne dine spørgsmål ned. "
        "Tag tøj på, der er let at få af, så lægen kan undersøge dine led.",
        preparation_en="Bring a list of your medicines and write down your questions. "
        "Wear clothes that come off easily, so that the doctor can examine your joints.",
    ),
    VisitPlan(
        RHEUMA, "Kontrol hos læge", "Check-up with a doctor", "doctor", 30, 60, "web", ANY,
        adds={**MOVE, "first_visit": 15}, share=0.7, closing_hours=48,
        preparation=BLOOD, preparation_en=BLOOD_EN,
    ),
    VisitPlan(
        RHEUMA, "Ultralyd af led", "Ultrasound of joints", "doctor", 30, 45, "move_cancel",
        uses=(("Rum", "consulting"), ("Ultralydsscanner", "ultrasound")),
        adds={"interpreter": 10, "walking_aid": 10}, share=0.15, buffer_after=5,
        preparation="Du skal ikke faste. Undersøgelsen gør ikke ondt.",
        preparation_en="There is no need to fast. The scan does not hurt.",
    ),
    VisitPlan(
        RHEUMA, "Samtale og kontrol hos yngre læge", "Check-up with a junior doctor",
        "junior_doctor", 45, 75, "web", ANY, adds=MOVE,
        preparation=BLOOD, preparation_en=BLOOD_EN,
    ),
    VisitPlan(
        RHEUMA, "Samtale med sygeplejerske", "Talk with a nurse", "nurse", 30, 60, "free", ANY,
        adds=TALK, share=0.6,
        preparation="Hav din medicin og dine seneste spørgeskemasvar ved hånden.",
        preparation_en="Have your medicines and latest questionnaire answers at hand.",
    ),
    VisitPlan(
        RHEUMA, "Biologisk behandling", "Biological treatment", "nurse", 60, 90, "move_cancel",
        uses=(("Behandlingsrum", "treatment"),), adds={"walking_aid": 15, "interpreter": 10},
        share=0.4, closing_hours=168, buffer_after=10,
        preparation="Ring til os, hvis du har feber eller er i behandling med antibiotika. "
        "Medicinen bliver bestilt en uge før, så ring også, hvis tiden skal flyttes derefter.",
        preparation_en="Phone us if you have a fever or are taking antibiotics. The medicine is "
        "ordered a week before, so phone us too to move the appointment after that.",
    ),
    VisitPlan(
        RHEUMA, "Fysioterapi", "Physiotherapy", "physiotherapist", 45, 60, "free",
        uses=(("Træningssal", "training"),), adds={"walking_aid": 15, "interpreter": 15},
        preparation="Medbring indendørssko og tøj, du kan bevæge dig i.",
        preparation_en="Bring indoor shoes and clothes you can move in.",
    ),
    VisitPlan(
        RHEUMA, "Håndtræning hos ergoterapeut", "Hand therapy", "occupational_therapist",
        45, 60, "code", adds=MOVE,
    ),
    VisitPlan(
        RHEUMA, "Leddegigtskole", "Arthritis school", "nurse", 120, 120, "web",
        uses=(("Undervisningslokale", "teaching"),), closing_hours=72, capacity=10, share=0,
        preparation="En pårørende er velkommen. Der er kaffe og frugt.",
        preparation_en="You may bring someone close to you. There is coffee and fruit.",
    ),
    VisitPlan(
        RHEUMA, "Tværfaglig samtale med to behandlere", "Joint talk with two clinicians", "",
        45, 75, "code", adds=MOVE, clinicians_needed=2, share=0,
        who=("mette", "jens", "lone", "camilla"),
        preparation="Tænk over, hvad der betyder mest for dig i hverdagen.",
        preparation_en="Think about what matters most to you in everyday life.",
    ),
    VisitPlan(
        ENDO, "Første besøg hos læge", "First visit with a doctor", "doctor", 45, 75, "code",
        adds={**MOVE, "first_visit": 10}, share=0.2, closing_hours=48, buffer_after=5,
        preparation="Medbring en liste over din medicin. " + BLOOD,
        preparation_en="Bring a list of your medicines. " + BLOOD_EN,
    ),
    VisitPlan(
        ENDO, "Diabeteskontrol hos læge", "Diabetes check-up with a doctor", "doctor",
        30, 60, "web", ANY, adds=MOVE, share=0.5, closing_hours=48,
        preparation="Medbring dit blodsukkerapparat, eller del dine sensordata. " + BLOOD,
        preparation_en="Bring your glucose meter or share your sensor data. " + BLOOD_EN,
    ),
    VisitPlan(
        ENDO, "Stofskiftekontrol", "Thyroid check-up", "doctor", 20, 45, "web",
        "phone,video,in_person", adds=MOVE, share=0.3,
        preparation=BLOOD, preparation_en=BLOOD_EN,
    ),
    VisitPlan(
        ENDO, "Kort kontrol hos yngre læge", "Short check-up with a junior doctor",
        "junior_doctor", 15, 45, "web", "in_person,phone", adds={"interpreter": 15},
        preparation=BLOOD, preparation_en=BLOOD_EN,
    ),
    VisitPlan(
        ENDO, "Samtale med diabetessygeplejerske", "Talk with a diabetes nurse", "nurse",
        30, 60, "free", "video,phone,in_person", adds=TALK, share=0.6,
        preparation="Hav dine blodsukkermålinger ved hånden.",
        preparation_en="Have your glucose readings at hand.",
    ),
    VisitPlan(
        ENDO, "Årsstatus diabetes", "Yearly diabetes review", "nurse", 45, 75, "code",
        adds=MOVE, share=0.4, closing_hours=48,
        preparation=BLOOD, preparation_en=BLOOD_EN,
    ),
    VisitPlan(
        ENDO, "Samtale med diætist", "Talk with a dietitian", "dietitian", 45, 60, "free", ANY,
        adds=TALK, preparation="Skriv ned, hvad du spiser og drikker i tre dage.",
        preparation_en="Write down what you eat and drink for three days.",
    ),
    VisitPlan(
        ENDO, "Fodterapi", "Foot therapy", "podiatrist", 40, 60, "move_cancel",
        uses=(("Fodklinik", "feet"),), adds={"walking_aid": 10, "interpreter": 10},
        buffer_after=5, preparation="Medbring de sko, du går mest i.",
        preparation_en="Bring the shoes you wear most.",
    ),
    VisitPlan(
        ENDO, "DXA-scanning af knogler", "Bone density scan (DXA)", "bioanalyst", 20, 40, "free",
        uses=(("Scanningsrum", "scanning"), ("DXA-scanner", "dxa")),
        adds={"walking_aid": 10, "interpreter": 10}, closing_hours=12, buffer_after=5,
        preparation="Tag ikke kalktilskud på dagen, og undgå tøj med metal.",
        preparation_en="Take no calcium that day and avoid clothes with metal.",
    ),
    VisitPlan(
        ENDO, "Start med insulinpumpe", "Starting with an insulin pump", "", 60, 90, "code",
        adds=TALK, clinicians_needed=2, share=0, who=("pia", "nanna", "sara"),
        preparation="Medbring pumpen og alt, der fulgte med.",
        preparation_en="Bring the pump and everything that came with it.",
    ),
    VisitPlan(
        ENDO, "Diabetesskole", "Diabetes school", "nurse", 120, 120, "code",
        uses=(("Undervisningslokale", "teaching"),), closing_hours=72, capacity=8, share=0,
        preparation="En pårørende er velkommen. Spis, som du plejer.",
        preparation_en="You may bring someone close to you. Eat as usual.",
    ),
)  # fmt: skip
