"""Words of the room in which courses and classes are reviewed."""

from collections.abc import Mapping

from shared.mall.model import Mode, Status

Both = tuple[str, str]

STATUSES: Mapping[str, Both] = {
    Status.DRAFT: ("草稿", "Draft"),
    Status.IN_REVIEW: ("待审核", "In review"),
    Status.PUBLISHED: ("在售", "On sale"),
    Status.WITHDRAWN: ("已停售", "Withdrawn"),
}

MODES: Mapping[str, Both] = {Mode.ON_SITE: ("线下", "On site"), Mode.ONLINE: ("线上", "Online")}

COURSE_FIELDS: Mapping[str, Both] = {
    "title": ("课程名称", "Title"),
    "category": ("类别", "Category"),
    "summary": ("简介", "Summary"),
    "content": ("教学内容", "Content"),
    "mode": ("授课方式", "Taught"),
    "ages": ("适合年龄", "Ages"),
    "price_fen": ("价格", "Price"),
    "lesson_fen": ("每课时", "A lesson"),
    "lessons": ("课时数", "Lessons"),
    "minutes_per_lesson": ("每课时分钟", "Minutes a lesson"),
    "full_refund_days": ("全额退费：开课前（日）", "Full refund: days before the start"),
}

CLASS_FIELDS: Mapping[str, Both] = {
    "number": ("班号", "Number"),
    "name": ("班级名称", "Name"),
    "campus_id": ("校区", "Campus"),
    "room_id": ("教室", "Room"),
    "teacher_id": ("授课教师", "Teacher"),
    "seats": ("人数上限", "Cap"),
    "minimum_students": ("最低开班人数", "Minimum to open"),
    "weekly": ("上课时间", "Times"),
    "dates": ("起止", "From, to"),
    "sessions": ("课表", "Timetable"),
}

RULES: Mapping[str, Both] = {
    "course_lessons": ("一次收费课时", "Lessons in one charge"),
    "course_price": ("一次收费金额", "Amount of one charge"),
    "full_refund_window": ("全额退费期", "Window of the full refund"),
    "ages_backwards": ("年龄范围", "Range of ages"),
    "category_not_licensed": ("办学范围", "Licensed categories"),
    "subject_content": ("学科内容用语", "Words of subjects"),
    "promised_result": ("承诺效果用语", "Promises of results"),
    "class_does_not_fit": ("与在售班级一致", "Fit with classes on sale"),
    "class_span_months": ("收费跨度", "Span of one charge"),
    "session_count": ("课次数", "Number of sessions"),
    "session_length": ("每次时长", "Length of sessions"),
    "sessions_overlap": ("课表不重叠", "Sessions apart"),
    "class_ends_too_late": ("结束时间", "End of lessons"),
    "in_school_hours": ("避开中小学教学时间", "Outside school hours"),
    "subject_day": ("学科类上课日", "Days of subjects"),
    "school_calendar_unknown": ("校历", "School calendar"),
    "class_begins_in_the_past": ("开课日期", "First day"),
    "teacher_taken": ("教师时间冲突", "Teacher free"),
    "teacher_elsewhere": ("同一时间只在一家机构任教", "Teacher at one school"),
    "room_taken": ("教室时间冲突", "Room free"),
    "campus_not_published": ("校区已公示", "Campus published"),
    "room_not_published": ("教室已公示", "Room published"),
    "room_area": ("生均面积", "Area a student"),
    "teacher_not_published": ("教师已公示", "Teacher published"),
    "teacher_not_qualified": ("教师资格有效期", "Qualification valid"),
    "minimum_over_seats": ("开班人数", "Minimum within the cap"),
    "class_sold": ("已售班级不变", "Sold class unchanged"),
    "seats_below_sold": ("不少于已售名额", "Not under what is sold"),
    "class_cut_short": ("课次不减少", "No fewer sessions"),
}

NOTICES: Mapping[str, Both] = {
    "course_accepted": ("已通过，已上架。", "Accepted: it is on sale."),
    "course_returned": ("已退回机构。", "Returned to the school."),
}
